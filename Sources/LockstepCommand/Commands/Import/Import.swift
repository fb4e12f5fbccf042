import ArgumentParser

struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make an HDF5 data set from files in another format.",
        subcommands: [
            ImportIDX.self, ImportCSV.self, ImportNPZ.self, ImportFashionMNIST.self, ImportCIFAR10.self,
            ImportImages.self, ImportMATLAB.self,
        ])
}
