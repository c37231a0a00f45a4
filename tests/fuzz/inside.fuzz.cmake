whytls_fuzz(wire inside USES base)
