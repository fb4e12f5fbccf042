import ArgumentParser
import Datasets

extension Split: ExpressibleByArgument {}
