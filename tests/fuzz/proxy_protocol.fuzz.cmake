whytls_fuzz(wire proxy_protocol)
