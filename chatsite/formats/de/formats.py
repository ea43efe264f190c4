"""Dates and numbers as German writes them: 3. Nov. 2026, 14:05."""

DATE_FORMAT = SHORT_DATE_FORMAT = "j. M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "j. M Y, H:i"
MONTH_DAY_FORMAT = "j. F"
FIRST_DAY_OF_WEEK = 1

# Names of our own: every language of the site has them.
LONG_DATE_FORMAT = "j. F Y"
LONG_DATETIME_FORMAT = "j. F Y, H:i"
SHORT_MONTH_DAY_FORMAT = "j. M"
EXACT_DATETIME_FORMAT = "j. M Y, H:i:s"
SHORT_DAY_FORMAT = "D, j. M"
LONG_DAY_FORMAT = "l, j. F"
