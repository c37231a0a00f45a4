whytls_fuzz(export import USES flow store)
