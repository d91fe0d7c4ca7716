#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Whether the address or the thread sanitizer is in this build.
///
/// Its code stands among that of the kernels, and the address sanitizer reserves more memory than a test may limit
/// a process to.
package let isSanitized = dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil
