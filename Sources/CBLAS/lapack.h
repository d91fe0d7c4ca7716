/* LAPACK by its Fortran interface: column-major, everything by pointer, lengths of texts at the end. */
#ifndef INTAGLIO_LAPACK_H
#define INTAGLIO_LAPACK_H

#include <stddef.h>

/* The Cholesky factor of a symmetric positive definite matrix, in place of one triangle. */
void dpotrf_(
    const char *uplo, const int *n, double *a, const int *lda, int *info, size_t uplo_length);
/* The inverse from that factor, in place of the same triangle. */
void dpotri_(
    const char *uplo, const int *n, double *a, const int *lda, int *info, size_t uplo_length);
/* Solves A·X = B by that factor, in place of B. */
void dpotrs_(
    const char *uplo, const int *n, const int *nrhs, const double *a, const int *lda, double *b,
    const int *ldb, int *info, size_t uplo_length);

#endif
