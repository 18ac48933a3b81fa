#include <hdf5.h>
#include <string.h>

// What Swift cannot see of libhdf5: macros that are calls, and constants that are macros of casts.

// Errors are told by the caller, not printed.
static inline void hdf5_be_silent(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

// In a program that ends where memory lacks (CProcess), libhdf5 shall see that itself: a damaged file
// can say any size, and is then refused. Programs without CProcess do not have the function.
#if defined(__gnu_linux__)
extern void cp_let_allocations_fail(int may) __attribute__((weak));
static inline void hdf5_let_allocations_fail(int may) {
  if (cp_let_allocations_fail) cp_let_allocations_fail(may);
}
#else
static inline void hdf5_let_allocations_fail(int may) { (void)may; }
#endif

static inline hid_t hdf5_open(const char *path) {
  hdf5_let_allocations_fail(1);
  const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
  hdf5_let_allocations_fail(0);
  return file;
}

static inline hid_t hdf5_dataset(hid_t file, const char *name) {
  hdf5_let_allocations_fail(1);
  const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
  hdf5_let_allocations_fail(0);
  return dataset;
}

static inline int hdf5_has(hid_t file, const char *name) {
  hdf5_let_allocations_fail(1);
  const int has = H5Lexists(file, name, H5P_DEFAULT) > 0;
  hdf5_let_allocations_fail(0);
  return has;
}

// The numbers of the block that begins at index 0 and has `count` of each of at most 8 extents.
static inline herr_t hdf5_read(hid_t dataset, hid_t type, int rank, const hsize_t *count, void *out) {
  hsize_t start[8];
  memset(start, 0, sizeof start);
  hdf5_let_allocations_fail(1);
  hid_t file = H5Dget_space(dataset);
  hid_t memory = H5Screate_simple(rank, count, NULL);
  herr_t status = -1;
  if (file >= 0 && memory >= 0 &&
      H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, count, NULL) >= 0)
    status = H5Dread(dataset, type, memory, file, H5P_DEFAULT, out);
  if (memory >= 0) H5Sclose(memory);
  if (file >= 0) H5Sclose(file);
  hdf5_let_allocations_fail(0);
  return status;
}

static inline herr_t hdf5_read_floats(hid_t dataset, int rank, const hsize_t *count, float *out) {
  return hdf5_read(dataset, H5T_NATIVE_FLOAT, rank, count, out);
}

static inline herr_t hdf5_read_integers(hid_t dataset, int rank, const hsize_t *count,
                                        int64_t *out) {
  return hdf5_read(dataset, H5T_NATIVE_INT64, rank, count, out);
}
