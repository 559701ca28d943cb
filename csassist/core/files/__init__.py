"""
What is inside a file that came from outside, judged before anything opens it: names, first bytes, structure.

Plain Python without Django, so that the importers' child process and the web process use the same rules.
"""
