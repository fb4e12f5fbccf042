// What Swift cannot reach of HDF5 by itself: macros that expand to a call (every H5T_* and H5P_* runs H5open() first),
// to a cast, or to a versioned function name. Everything else is called directly.
#ifndef LOCKSTEP_CHDF5_H
#define LOCKSTEP_CHDF5_H

// Names that got new versions later (H5Oget_info, H5O_info_t, ...) mean those of 1.10 with every release.
#define H5_USE_110_API
#include <hdf5.h>

// shim_H5T_NATIVE_INT() for the macro H5T_NATIVE_INT, and so on.
#define LOCKSTEP_ID(NAME) \
    static inline hid_t shim_##NAME(void) { return NAME; }
#define LOCKSTEP_VALUE(TYPE, NAME) \
    static inline TYPE shim_##NAME(void) { return NAME; }

// The types of Swift's numbers in memory.
LOCKSTEP_ID(H5T_NATIVE_INT8)
LOCKSTEP_ID(H5T_NATIVE_INT16)
LOCKSTEP_ID(H5T_NATIVE_INT32)
LOCKSTEP_ID(H5T_NATIVE_INT64)
LOCKSTEP_ID(H5T_NATIVE_UINT8)
LOCKSTEP_ID(H5T_NATIVE_UINT16)
LOCKSTEP_ID(H5T_NATIVE_UINT32)
LOCKSTEP_ID(H5T_NATIVE_UINT64)
LOCKSTEP_ID(H5T_NATIVE_FLOAT)
LOCKSTEP_ID(H5T_NATIVE_DOUBLE)

// The types of numbers in files: little endian; the other order is set on a copy.
LOCKSTEP_ID(H5T_STD_I8LE)
LOCKSTEP_ID(H5T_STD_I16LE)
LOCKSTEP_ID(H5T_STD_I32LE)
LOCKSTEP_ID(H5T_STD_I64LE)
LOCKSTEP_ID(H5T_STD_U8LE)
LOCKSTEP_ID(H5T_STD_U16LE)
LOCKSTEP_ID(H5T_STD_U32LE)
LOCKSTEP_ID(H5T_STD_U64LE)
LOCKSTEP_ID(H5T_IEEE_F32LE)
LOCKSTEP_ID(H5T_IEEE_F64LE)
LOCKSTEP_ID(H5T_C_S1)

// Classes of property lists.
LOCKSTEP_ID(H5P_FILE_ACCESS)
LOCKSTEP_ID(H5P_FILE_CREATE)
LOCKSTEP_ID(H5P_GROUP_CREATE)
LOCKSTEP_ID(H5P_DATASET_CREATE)
LOCKSTEP_ID(H5P_LINK_CREATE)
LOCKSTEP_ID(H5P_ATTRIBUTE_CREATE)

// Flags and sentinels that contain a cast or a call.
LOCKSTEP_VALUE(unsigned, H5F_ACC_RDONLY)
LOCKSTEP_VALUE(unsigned, H5F_ACC_EXCL)
LOCKSTEP_VALUE(unsigned, H5F_OBJ_ALL)
LOCKSTEP_VALUE(hsize_t, H5S_UNLIMITED)
LOCKSTEP_VALUE(size_t, H5T_VARIABLE)
LOCKSTEP_VALUE(haddr_t, HADDR_UNDEF)

// Calls whose functions or structures are macros from HDF5 1.12 or 2.0 on.

// Type, address and number of attributes of the object at `path`.
static inline herr_t shim_object_info(
    hid_t location, const char *path, H5O_type_t *type, haddr_t *address, hsize_t *attributes) {
    H5O_info_t info;
    herr_t result =
        H5Oget_info_by_name2(location, path, &info, H5O_INFO_BASIC | H5O_INFO_NUM_ATTRS, H5P_DEFAULT);
    if (result < 0) return result;
    *type = info.type;
    *address = info.addr;
    *attributes = info.num_attrs;
    return result;
}

// Type of the link at `path`, and bytes of its value unless it is a hard one.
static inline herr_t shim_link_info(hid_t location, const char *path, H5L_type_t *type, size_t *size) {
    H5L_info_t info;
    herr_t result = H5Lget_info(location, path, &info, H5P_DEFAULT);
    if (result < 0) return result;
    *type = info.type;
    *size = info.type == H5L_TYPE_HARD ? 0 : info.u.val_size;
    return result;
}

static inline herr_t shim_read_chunk(hid_t dataset, const hsize_t *offset, uint32_t *skipped_filters, void *buffer) {
    return H5Dread_chunk(dataset, H5P_DEFAULT, offset, skipped_filters, buffer);
}

#endif
