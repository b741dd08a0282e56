"""The office: the service that people meet, around the library. A Django project; nothing below it imports Django.

    people       tenants (controllers), organisations, staff with roles, every look at a person's data
    requests     a request from door to answer: its states as data, its clock, identity, plan, answer
    jobs         work that is done in the background, at least once, by rows in the same database
    post         mail out and in
    api          tokens, idempotency, webhooks
    centre       what the public sees: notice, rights, requests, status (a face: no models)
    console      what staff see (a face: no models)

Rules: views are thin and call functions of the apps; apps call the library through `engine.Tenant`; a state change, its
evidence and its job commit in one transaction; times come from `engine.now()`; nothing personal in logs or job
arguments.
"""
