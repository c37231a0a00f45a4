whytls_fuzz(wire socks)
