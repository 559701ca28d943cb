"""The knowledge store over HTTP, for staff keys and signed-in staff: thin views that call the services."""
