"""The gRPC edges of dispatch, by service of the contract: decode, open the one transaction, call the use case, encode."""
