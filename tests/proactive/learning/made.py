"""Made-up customers whose outcome follows a known rule."""

import numpy as np

from proactive.learning.promoting import WEEK_SECONDS, Examples
from proactive.learning.table import Column, ColumnKind, Table

COLUMNS = (
    Column("failures", direction=1),
    Column("tenure", direction=-1),
    Column("sessions"),
    Column("plan", ColumnKind.CATEGORY),
)


def customers(count, *, seed=1, strength=1.0, base=-2.0, by_sessions=0.0):
    """Failures raise the odds, tenure lowers them by its logarithm, plan "basic" raises them; sessions say nothing unless asked to."""
    random = np.random.default_rng(seed)
    failures = random.poisson(1.0, count).astype(float)
    tenure = random.exponential(20, count).round(1)
    tenure[random.random(count) < 0.05] = np.nan
    plan = random.choice(["basic", "plus", "pro", ""], count, p=[0.4, 0.3, 0.25, 0.05])
    known = np.where(np.isnan(tenure), 10, tenure)
    sessions = random.normal(size=count)
    odds = (
        base
        + by_sessions * sessions
        + strength * (0.9 * failures - 0.9 * np.log1p(known) + 1.0 * (plan == "basic") + 1.6)
    )
    labels = (random.random(count) < 1 / (1 + np.exp(-odds))).astype(float)
    values = {"failures": failures, "tenure": tenure, "sessions": sessions, "plan": plan}
    return Table(COLUMNS, values), labels


def weekly(customer_count, weeks, *, strength=1.0, base=-2.0, by_sessions=0.0):
    """Each customer once a week."""
    table, labels = customers(customer_count * weeks, strength=strength, base=base, by_sessions=by_sessions)
    week, customer = np.divmod(np.arange(customer_count * weeks), customer_count)
    return Examples(table, labels, times=week * WEEK_SECONDS, groups=customer, slices={"plan": table.values["plan"]})
