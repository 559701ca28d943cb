"""Whether what an admin wrote as the label or the signals of an issue can be meant. Says what is wrong, or nothing."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

CONDITION_KEYS = {"event", "at_least", "value_at_least", "value_at_most"}
DIRECTIONS = {-1, 0, 1}


def problem_of_label(given: object) -> str:
    if not isinstance(given, Mapping) or not given:
        return _("Write an object with “any_of”, or with “none_of” and “any_before”.")
    if set(given) == {"any_of"}:
        conditions = given["any_of"]
        if not isinstance(conditions, list) or not conditions:
            return _("“any_of” is a list with at least one condition.")
        return next((problem for one in conditions if (problem := _problem_of_condition(one))), "")
    if set(given) == {"none_of", "any_before"}:
        is_named = all(_are_names(given[name]) for name in ("none_of", "any_before"))
        return "" if is_named else _("“none_of” and “any_before” are lists of event names.")
    return _("Write an object with “any_of”, or with “none_of” and “any_before”.")


def problem_of_signals(given: object) -> str:
    if not isinstance(given, list):
        return _("Write a list.")
    names = [one.get("feature") if isinstance(one, Mapping) else None for one in given]
    for one, name in zip(given, names, strict=True):
        if not isinstance(name, str) or not name or set(one) - {"feature", "direction"}:
            return _("Each signal has a “feature” and a “direction”.")
        direction = one.get("direction", 0)
        if isinstance(direction, bool) or direction not in DIRECTIONS:
            return _("The direction of %(feature)s is 1, -1 or 0.") % {"feature": name}
        if names.count(name) > 1:
            return _("%(feature)s stands there twice.") % {"feature": name}
    return ""


def _problem_of_condition(one: object) -> str:
    if not isinstance(one, Mapping) or not isinstance(one.get("event"), str) or not one["event"]:
        return _("Each condition names an “event”.")
    if unknown := set(one) - CONDITION_KEYS:
        return _("A condition has no “%(name)s”.") % {"name": sorted(unknown)[0]}
    least = one.get("at_least", 1)
    if isinstance(least, bool) or not isinstance(least, int) or least < 1:
        return _("“at_least” is a whole number from 1.")
    for name in ("value_at_least", "value_at_most"):
        value = one.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return _("“%(name)s” is a number.") % {"name": name}
    return ""


def _are_names(given: object) -> bool:
    return isinstance(given, list) and bool(given) and all(isinstance(name, str) and name for name in given)
