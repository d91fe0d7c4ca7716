#pragma once
#include "../lapack.h"

/* What is used of the BLAS of Accelerate, whose own headers declare LAPACK in another way. */

enum CBLAS_ORDER { CblasRowMajor = 101 };
enum CBLAS_TRANSPOSE { CblasNoTrans = 111, CblasTrans = 112 };

void cblas_sgemm(
    enum CBLAS_ORDER order, enum CBLAS_TRANSPOSE of_a, enum CBLAS_TRANSPOSE of_b, int m, int n,
    int k, float alpha, const float *a, int lda, const float *b, int ldb, float beta, float *c,
    int ldc);
void cblas_dgemm(
    enum CBLAS_ORDER order, enum CBLAS_TRANSPOSE of_a, enum CBLAS_TRANSPOSE of_b, int m, int n,
    int k, double alpha, const double *a, int lda, const double *b, int ldb, double beta, double *c,
    int ldc);

/* Accelerate chooses by itself. */
static inline void intaglio_blas_set_threads(int threads) { (void)threads; }
static inline const char *intaglio_blas_core(void) { return 0; }
