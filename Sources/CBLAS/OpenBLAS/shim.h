#pragma once
#include <cblas.h>

#include "../lapack.h"

/* How many threads one product may use. */
static inline void intaglio_blas_set_threads(int threads) { openblas_set_num_threads(threads); }

/* The processor that the library multiplies for, as it names it; null where it does not say. */
static inline const char *intaglio_blas_core(void) { return openblas_get_corename(); }
