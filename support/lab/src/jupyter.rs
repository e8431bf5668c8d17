//! Jupyter as the lab uses it: its Python packages, and our kernel as it knows it.

pub(crate) mod kernelspec;
pub(crate) mod packages;
