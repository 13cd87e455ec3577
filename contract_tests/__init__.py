"""Contract tests: what destination plugins, canonical events, Promoter-compatible servers and event routers are held to.

``CONTRACT.md`` has the requirements, ``destination``, ``events``, ``vendor`` and ``router`` the tests to inherit,
``strategies`` what Hypothesis makes events of, ``models`` whole histories, and ``cases`` examples as data.
"""
