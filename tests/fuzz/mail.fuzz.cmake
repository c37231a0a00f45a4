whytls_fuzz(wire mail USES base)
