extension HDF5File {
    /// Lends the file and closes it, whatever happens. The first error is the one that is thrown.
    @discardableResult
    package func closeAfter<R>(_ body: (HDF5File) throws -> R) throws -> R {
        let result = Result { try body(self) }
        do {
            try close()
        } catch  where (try? result.get()) != nil {
            throw error
        }
        return try result.get()
    }
}
