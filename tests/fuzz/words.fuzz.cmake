whytls_fuzz(diagnosis words USES flow base)
