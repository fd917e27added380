//! The provider, driven by the real `terraform` in a sandbox.

mod access;
mod accounts;
mod audit_trail;
mod bad_input;
mod drift;
mod facts;
mod functions;
mod identity;
mod import;
mod leftovers;
mod lifecycle;
mod orphans;
mod permissions;
mod proofs;
mod provider_block;
mod quickstart;
mod rates;
mod resume;
mod studio_domain;
mod studio_domain_lab;
mod unknowns;
mod update;
mod verify;
