"""The password of every demo user; apart from what loads the demo, so that a program without Django may know it."""

# One well-known password is right for a demo that listens on loopback only.
DEMO_PASSWORD = "larkhouse-demo"  # noqa: S105
