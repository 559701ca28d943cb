"""Year, month, day, as Django writes it, with the shorter form in lists too."""

DATE_FORMAT = "Y年n月j日"
MONTH_DAY_FORMAT = "n月j日l"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "Y年n月j日 H:i"
SHORT_DATE_FORMAT = "Y年n月j日"
SHORT_DATETIME_FORMAT = "Y年n月j日 H:i"
