whytls_fuzz(wire svcb)
