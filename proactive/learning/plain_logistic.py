"""Logistic regression as anybody would write it with scikit-learn, to be measured beside what this package learns."""

import numpy as np

from proactive.learning.table import ColumnKind, Numbers, Table


def plain_logistic(table: Table, labels: Numbers, asked: Table) -> Numbers:
    """Probabilities of `asked`: medians for blanks, standardised numbers, one column a category, default strength."""
    from sklearn.linear_model import LogisticRegression

    taught, shown = [], []
    for column in table.columns:
        values, others = table.values[column.name], asked.values[column.name]
        if column.kind is ColumnKind.NUMBER:
            median = 0.0 if np.isnan(values).all() else float(np.nanmedian(values))
            filled = np.where(np.isnan(values), median, values)
            centre, scale = filled.mean(), filled.std() or 1.0
            taught.append((filled - centre) / scale)
            shown.append((np.where(np.isnan(others), median, others) - centre) / scale)
        else:
            for name in sorted(set(values.tolist())):
                taught.append((values == name).astype(float))
                shown.append((others == name).astype(float))
    model = LogisticRegression(max_iter=2_000).fit(np.column_stack(taught), labels.astype(int))
    probabilities: Numbers = model.predict_proba(np.column_stack(shown))[:, 1]
    return probabilities
