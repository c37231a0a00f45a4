# The product, keeping no flow: what the store costs is the difference.
. "$ADAPTERS/whytls.sh"
CMD+=(--keep-days 0)
