whytls_fuzz(wire mail_login)
