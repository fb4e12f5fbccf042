import CHDF5

extension HDF5Dataset {
    /// Where the object's header lies in the file: the same for every name it has.
    package func objectAddress() throws -> UInt64 {
        let operation = "look up the data set"
        return try handle.use(operation) { id in
            var info = H5O_info_t()
            try handle.subject.call(operation) { H5Oget_info2(id, &info, UInt32(H5O_INFO_BASIC)) }
            return UInt64(info.addr)
        }
    }
}
