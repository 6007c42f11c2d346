"""How programs reach things: clients, secrets, this host, the folders of an environment.

Read in this order: ``paths`` (where everything of an environment is), ``secrets`` (keys,
certificates and passwords), ``tls`` (whom a program trusts, and how it follows its files),
``host_access`` (with what a host is reached over SSH), ``clients`` (one module a protocol),
``redfish`` (the words of baseboard controllers), ``quorum_access`` (makes etcd know its accounts),
``quorum_room`` (lets it take writes again), ``quorum_members`` (puts a voter back that lost its
data), ``this_host`` (what a daemon on a host knows of itself), ``signing_key`` (one that it makes
for itself), ``https_server``.

A module that looks at something over HTTP asks ``clients.http`` and reads the answer itself::

    files = secrets.client_certificate("control")
    tls = http.mutual_tls(secrets.authority.certificate, files.certificate, files.key)
    with http.client(tls) as over:
        answer = http.look(over, f"{root}/cluster", deadline=timedelta(seconds=1))
"""
