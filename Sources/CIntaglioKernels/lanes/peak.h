/// What the loops of the peak family share.
///
/// Enough independent sums to hide the latency of an addition, few enough for the registers.
enum { SUMS = 12 };

/// Makes a register's content unknown to the compiler, which could otherwise multiply once and
/// count; takes no instruction.
#define INTAGLIO_OPAQUE(constraint, value) __asm__ volatile("" : "+" constraint(value))
