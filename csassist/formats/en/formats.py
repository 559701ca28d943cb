"""Day before month, month as a word: no reader can take one for the other."""

DATE_FORMAT = "j M Y"
MONTH_DAY_FORMAT = "l, j F"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j M Y, H:i"
SHORT_DATE_FORMAT = "j M Y"
SHORT_DATETIME_FORMAT = "j M Y, H:i"
