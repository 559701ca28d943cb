"""Character ranges that several loaders share, written for use inside a regular expression's brackets."""

# Chinese and Japanese letters with their punctuation: scripts that set no blank between words or lines.
CJK = "\u2e80-\u303f\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003134f"
