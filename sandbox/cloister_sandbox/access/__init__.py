"""Who may do what: every call is decided by cloister's own policy evaluator before it takes effect.

`gate` is the entry: it turns a call into questions (`needs` and the modules per service say which actions on which
resources, `keys` the condition keys, `policies` the documents as they stand), asks `worker` for each, and words a
denial as the service does. Nothing here evaluates a policy: that is `cloister access`, the one implementation.
"""
