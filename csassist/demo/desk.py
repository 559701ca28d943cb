"""The demo company's service desk: its teams, and replies that its agents have saved."""

from pathlib import Path

import yaml

from csassist.accounts.models import Team, User
from csassist.conversations.models import Macro, Tag

DESK_PATH = Path(__file__).with_suffix(".yaml")


def load_desk(staff: dict[str, User]) -> None:
    """Write what is missing; what somebody changed stays as they left it."""
    desk = yaml.safe_load(DESK_PATH.read_text(encoding="utf-8"))
    for order, row in enumerate(desk["teams"], start=1):
        team, is_new = Team.objects.get_or_create(
            name=row["name"],
            defaults={"name_zh": row["name_zh"], "languages": row["languages"], "order": order * 10},
        )
        if is_new:
            team.members.set([staff[name] for name in row["members"]])
    if not Macro.objects.exists():
        for row in desk["macros"]:
            tag = Tag.objects.get_or_create(name=row["tag"])[0] if row.get("tag") else None
            Macro.objects.create(
                title=row["title"],
                language=row["language"],
                text=row["text"].strip(),
                tag=tag,
                closes=row.get("closes", False),
            )
