whytls_fuzz(judge chain USES cert base)
