// The C library, by one name for all systems. A call that a type's own method would hide is `Platform.poll`.
#if canImport(Glibc)
    @_exported public import Glibc
#elseif canImport(Musl)
    @_exported public import Musl
#else
    @_exported public import Darwin
#endif
