whytls_fuzz(wire sniff)
