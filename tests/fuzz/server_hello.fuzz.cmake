whytls_fuzz(wire server_hello)
