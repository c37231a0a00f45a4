whytls_fuzz(wire mail_watch USES base)
