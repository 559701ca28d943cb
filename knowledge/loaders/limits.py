"""What one file may hold at most, before and after its text is taken out."""

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_TEXT_BYTES = 5 * 1024 * 1024
MAX_PDF_PAGES = 2_000
# Five megabytes of prose make about 7,000; more come of text that is all headings.
MAX_PASSAGES = 10_000
MAX_QA_ROWS = 10_000
MAX_ANSWER_CHARACTERS = 20_000
MAX_FRONT_MATTER_BYTES = 64 * 1024
