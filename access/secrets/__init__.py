"""Everything secret of one environment, in one folder: a file a secret, named after its use.

ca.key ca.crt                  the environment's certificate authority
control_key(.pub)              SSH key of the control plane; root on hosts accepts it
known_hosts                    every host's key: nothing is ever trusted on first use
hosts/<host>/                  ssh_host_ed25519_key(.pub), tls.key, tls.crt
services/<service>/            tls.key, tls.crt
clients/<name>/                tls.key, tls.crt of a client that serves nothing
ports/power/                   tls.key, tls.crt of the port that switches the hosts' power
issued/                        every certificate that was issued, until it ends
ca.crl                         which of them are refused
passwords/<name>               one line each
made                           names of the passwords that were made: one that is gone is told
operators/<name>(.pub)         of operators whose key the environment makes
probes/<host>.pub              by which keys the probe there signed so far, which it keeps
pulumi_passphrase bgp_password
"""

from __future__ import annotations

from access.secrets.ensure import CLIENTS, ensure_secrets, passwords_of
from access.secrets.folder import Certificate, Secrets

__all__ = ["CLIENTS", "Certificate", "Secrets", "ensure_secrets", "passwords_of"]
