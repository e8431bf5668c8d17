# The cargo that kernels call. Of the standard library, and of a crate without its dependencies, there is nothing to leave
# out. A wrapper that the user's settings name would be asked for each cell, and has nothing to keep of one; what the kernel
# sets is its own.
export RUSTC_WRAPPER="${RUSTC_WRAPPER-}" RUSTC_WORKSPACE_WRAPPER="${RUSTC_WORKSPACE_WRAPPER-}"
case "$*" in
*--target*--message-format=json) exec "$lab" compile "$shims/rustc" "$cargo" "$@" ;;
'--offline metadata'* | 'metadata --format-version=1' | 'metadata --format-version 1') exec "$lab" resolve "$host" "$cargo" "$@" ;;
*--no-deps*) ;;
metadata*"$library"/*) exec cat "$library/metadata.json" ;;
*/rustlib/*) ;;
metadata*) exec "$lab" metadata "$cargo" "$@" ;;
esac
exec "$cargo" "$@"
