"""
Look-ups: questions about the customer's own account, answered from the company's own systems.

A look-up is configured by an admin and only ever reads. Who it reads about is bound by the server from a proven
identity; what a message may add are numbers of a written form; what comes back is shown only when it is whose it should
be and what it should be.
"""
