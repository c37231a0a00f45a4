whytls_fuzz(judge sct USES trust cert base)
