whytls_fuzz(wire connect_reply)
