whytls_fuzz(wire client_hello)
