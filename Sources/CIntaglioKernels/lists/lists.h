/// From the table of instruction sets to the list of a family.
#include "../targets.h"

/// INTAGLIO_IF_OWN(what) is `what`, INTAGLIO_IF_NONE(what) nothing.
#define INTAGLIO_IF_OWN(...) __VA_ARGS__
#define INTAGLIO_IF_NONE(...)

/// The number of entries of a list.
#define INTAGLIO_COUNT(list) (sizeof(list) / sizeof((list)[0]))

/// Declares a function of the type that a member of a list's entries points to.
#define INTAGLIO_PROTOTYPE(entry, member, function) __typeof__(*((entry *)0)->member) function;

/// The body of a list.
#define INTAGLIO_RETURN_LIST(list) \
  {                                \
    *count = INTAGLIO_COUNT(list); \
    return list;                   \
  }
