whytls_fuzz(explain compare USES cert judge)
