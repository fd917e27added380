"""An AWS stand-in on loopback: pinned moto, extended in process.

It decodes every call, knows who makes it and from where, may spoil it on request, answers it (itself or through moto)
and records it as CloudTrail does. It is a model of AWS: what works here still has to be seen on AWS.
Read first: `pipeline.Pipeline`, `call.Call`, `registry.Registry`.
"""
