#include <hdf5.h>
#include <string.h>

// What Swift cannot see of libhdf5: macros that are calls, and constants that are macros of casts.

// Errors are told by the caller, not printed.
static inline void hdf5_be_silent(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

static inline hid_t hdf5_open(const char *path) {
  return H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
}

static inline hid_t hdf5_dataset(hid_t file, const char *name) {
  return H5Dopen2(file, name, H5P_DEFAULT);
}

static inline int hdf5_has(hid_t file, const char *name) {
  return H5Lexists(file, name, H5P_DEFAULT) > 0;
}

// The numbers of the block that begins at index 0 and has `count` of each of at most 8 extents.
static inline herr_t hdf5_read(hid_t dataset, hid_t type, int rank, const hsize_t *count, void *out) {
  hsize_t start[8];
  memset(start, 0, sizeof start);
  hid_t file = H5Dget_space(dataset);
  hid_t memory = H5Screate_simple(rank, count, NULL);
  herr_t status = -1;
  if (file >= 0 && memory >= 0 &&
      H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, count, NULL) >= 0)
    status = H5Dread(dataset, type, memory, file, H5P_DEFAULT, out);
  if (memory >= 0) H5Sclose(memory);
  if (file >= 0) H5Sclose(file);
  return status;
}

static inline herr_t hdf5_read_floats(hid_t dataset, int rank, const hsize_t *count, float *out) {
  return hdf5_read(dataset, H5T_NATIVE_FLOAT, rank, count, out);
}

static inline herr_t hdf5_read_integers(hid_t dataset, int rank, const hsize_t *count,
                                        int64_t *out) {
  return hdf5_read(dataset, H5T_NATIVE_INT64, rank, count, out);
}
