//! Planning: every part that will be touched, known before anything exists.

use std::collections::BTreeSet;

use cloister_aws::Inquiry;
use cloister_composite::{Blueprint, PartError, PartsState, plan_parts};
use cloister_composites::Composite;
use cloister_framework::{Attr, Diagnostic, Diagnostics, Path, PlanRequest, PlanResponse, Value};
use cloister_policy::same_principal;

use super::{
    composite::CompositeResource,
    diagnose::{blueprint_bug, session_diagnostic},
    exposed::Outlook,
    input::Input,
    site::{Nowhere, Place},
    state::{READY, planned_parts, put, read_parts, tags_value},
};

impl<C: Composite> CompositeResource<C> {
    pub(super) async fn plan_change(&self, request: PlanRequest) -> PlanResponse {
        let mut response = PlanResponse {
            planned: request.proposed,
            requires_replace: Vec::new(),
            private: request.private,
            diagnostics: Diagnostics::new(),
        };
        if let Err(diagnostic) = self
            .fill_plan(&request.config, request.prior.as_ref(), &mut response)
            .await
        {
            response.diagnostics.push(diagnostic);
        }
        response
    }

    async fn fill_plan(
        &self,
        config: &Value,
        prior: Option<&Value>,
        response: &mut PlanResponse,
    ) -> Result<(), Diagnostic> {
        let mut input = Input::<C>::decode(&response.planned)?;
        // A region that config leaves out is the provider's, whatever the proposal says of it.
        if input.common.region.is_unknown() && config.attribute("region").is_none_or(Value::is_null)
        {
            input.common.region = Attr::Null;
        }
        if let Some(diagnostic) =
            prior.and_then(|prior| Self::refuse_protected_replace(prior, &input))
        {
            return Err(diagnostic);
        }
        let place = match Place::of(&self.shared, &input.common).await {
            Ok(place) => place,
            Err(Nowhere::Unknown) => {
                forget(
                    &mut response.planned,
                    &["id", "parts", "status", "tags_all"],
                );
                return Ok(());
            }
            Err(Nowhere::Refused(error)) => return Err(session_diagnostic(&error)),
        };
        put(
            &mut response.planned,
            "region",
            Value::string(&place.site.region),
        );
        response.diagnostics = self
            .ask_account(&mut input, &place, prior, &mut response.planned)
            .await?;
        response
            .diagnostics
            .extend(C::check(&input.config, &place.site));
        response
            .diagnostics
            .extend(Self::warn_of_lockout(&input, &place));
        let blueprint =
            C::blueprint(&input.config, &place.site).map_err(|error| blueprint_bug(&error))?;
        put(
            &mut response.planned,
            "tags_all",
            tags_value(place.site.tags.as_ref()),
        );
        // A change of config that needs another domain replaces the composite, and is asked for.
        let unasked = prior.filter(|prior| is_same(prior, &response.planned));
        match blueprint {
            Some(blueprint) => {
                self.fill_parts(&blueprint, prior, &mut response.planned);
                let lost =
                    unasked.map(|prior| Self::guard_precious(prior, &response.planned, &input));
                response.diagnostics.extend(lost.unwrap_or_default());
            }
            None => forget(&mut response.planned, &["id", "parts", "status"]),
        }
        Ok(())
    }

    /// Asks the account what the plan depends on, unless the config stays as it is.
    async fn ask_account(
        &self,
        input: &mut Input<C>,
        place: &Place,
        prior: Option<&Value>,
        planned: &mut Value,
    ) -> Result<Diagnostics, Diagnostic> {
        if prior.is_some_and(|prior| is_same(prior, planned)) {
            return Ok(Diagnostics::new());
        }
        let before = prior.map(Input::<C>::decode).transpose()?;
        let before = before.as_ref().map(|before| &before.config);
        let mut inquiry = C::inquiry(&input.config, before, &place.site);
        if !inquiry.counted.is_empty() && before.is_none() && self.is_begun(input, place).await {
            // What an earlier run made is among what would be counted.
            inquiry.counted.clear();
        }
        if inquiry == Inquiry::default() {
            return Ok(Diagnostics::new());
        }
        let facts = cloister_aws::facts(&place.aws, &inquiry).await;
        let chosen = C::choose(&input.config, &facts);
        if !chosen.is_empty() {
            for (path, value) in chosen {
                planned.set(&path, value);
            }
            input.config = Input::<C>::decode(planned)?.config;
        }
        let mut found = C::check_facts(&input.config, before, &place.site, &facts);
        let mut operations = BTreeSet::new();
        for error in &facts.unanswered {
            // One permission lets all calls of it through.
            if operations.insert(&error.operation) {
                found.push(unanswered(error));
            }
        }
        Ok(found)
    }

    /// Whether the account holds something of this composite already: left by a run that was killed, to be replaced, or
    /// lost by its state.
    async fn is_begun(&self, input: &Input<C>, place: &Place) -> bool {
        let Some(name) = C::name(&input.config).known() else {
            return false;
        };
        let identity = place.site.identity(C::TYPE, name);
        let anchor = place.engine(&self.shared).anchor(&identity).await;
        // Without an answer, nothing speaks against counting.
        anchor.is_ok_and(|anchor| anchor.is_some())
    }

    fn fill_parts(&self, blueprint: &Blueprint, prior: Option<&Value>, planned: &mut Value) {
        let prior_parts: Option<PartsState> = prior.map(read_parts);
        let planned_by_key = plan_parts(self.shared.kinds(), blueprint, prior_parts.as_ref());
        let parts = planned_parts(&planned_by_key);
        let before = |name: &str| prior.and_then(|prior| prior.attribute(name));
        let unchanged = before("parts") == Some(&parts);
        let complete = before("status") == Some(&Value::string(READY));
        let status = if unchanged && complete {
            Value::string(READY)
        } else {
            Value::Unknown
        };
        put(planned, "id", Value::string(blueprint.identity.id()));
        let outlook = Outlook {
            prior: &prior_parts.unwrap_or_default(),
            planned: &planned_by_key,
        };
        for (name, setting) in &blueprint.exposed {
            let value = match before(name) {
                Some(before) if unchanged => before.clone(),
                before => outlook.exposed(setting, before),
            };
            put(planned, name, value);
        }
        put(planned, "parts", parts);
        put(planned, "status", status);
    }

    /// Something outside can ask for a new domain as well, such as a key that waits for its deletion.
    fn guard_precious(prior: &Value, planned: &Value, input: &Input<C>) -> Vec<Diagnostic> {
        let prior_parts = read_parts(prior);
        let lost = C::PRECIOUS.iter().filter_map(|key| {
            let (_, part) = prior_parts.iter().find(|(name, _)| name.as_str() == *key)?;
            // What AWS reports as failed or deleted holds nothing.
            let is_dead = part.settings_value().get("status").is_some();
            let before = part.id.clone().filter(|_| !is_dead)?;
            let parts = planned.attribute("parts").and_then(Value::entries);
            let after = parts.and_then(|parts| parts.get(*key)?.attribute("id"));
            (after != Some(&Value::string(&before))).then_some((*key, before))
        });
        let is_protected = input.common.deletion_protection != Attr::Known(false);
        lost.map(|(key, id)| would_be_lost(key, &id, is_protected))
            .collect()
    }

    /// Who runs Terraform must be able to manage what is locked, or the next run could mend nothing. At plan this is a
    /// warning, since plans are often made by a read-only role; the apply refuses.
    fn warn_of_lockout(input: &Input<C>, place: &Place) -> Option<Diagnostic> {
        let (caller, administrators) = Self::locked_out(input, place)?;
        Some(
            Diagnostic::warning("Apply by this principal would be refused")
                .found(format!(
                    "`administrators` ({}) do not cover `{caller}`, who makes this plan. An apply by it would lock \
                     itself out, and is refused.",
                    quoted(&administrators)
                ))
                .action("Apply as one of the administrators, or add this principal's role, by the ARN that IAM shows for it, to `administrators`.")
                .at(Path::attribute("administrators")),
        )
    }

    pub(super) fn refuse_lockout(input: &Input<C>, place: &Place) -> Option<Diagnostic> {
        let (caller, administrators) = Self::locked_out(input, place)?;
        Some(
            Diagnostic::error("Apply would lock out the principal that runs it")
                .found(format!(
                    "`administrators` ({}) do not cover `{caller}`, who runs this apply: it could neither mend nor \
                     delete what it makes.",
                    quoted(&administrators)
                ))
                .now("Nothing was changed.")
                .action("Apply as one of the administrators, or add this principal's role, by the ARN that IAM shows for it, to `administrators`.")
                .at(Path::attribute("administrators")),
        )
    }

    fn locked_out(input: &Input<C>, place: &Place) -> Option<(String, Vec<String>)> {
        let administrators = C::administrators(&input.config)?;
        let caller = place.aws.caller_arn().to_owned();
        let covered = caller.is_empty()
            || administrators
                .iter()
                .any(|name| same_principal(name, &caller));
        (!covered).then_some((caller, administrators))
    }

    /// The refusal of deleting a composite that is protected from it.
    pub(super) fn refuse_protected(prior: &Value) -> Option<Diagnostic> {
        let protected = prior
            .attribute("deletion_protection")
            .and_then(Value::as_bool)?;
        protected.then(|| {
            Diagnostic::error("Deletion is protected")
                .found("`deletion_protection` is `true`, and this run would delete the composite.")
                .action("Set `deletion_protection = false`, apply, and run this again.")
                .at(Path::attribute("deletion_protection"))
        })
    }

    /// Another name, region or account deletes the composite as well.
    fn refuse_protected_replace(prior: &Value, input: &Input<C>) -> Option<Diagnostic> {
        let before = Input::<C>::decode(prior).ok()?;
        let moved = before.name() != input.name()
            || (!input.common.region.is_unknown() && before.common.region != input.common.region)
            || before.common.account != input.common.account;
        moved.then(|| Self::refuse_protected(prior)).flatten()
    }
}

/// Whether nothing that is configured differs.
fn is_same(prior: &Value, planned: &Value) -> bool {
    let (Some(prior), Some(planned)) = (prior.entries(), planned.entries()) else {
        return false;
    };
    planned
        .iter()
        .filter(|(_, value)| !value.is_unknown())
        .all(|(name, value)| prior.get(name) == Some(value))
}

fn would_be_lost(key: &str, id: &str, is_protected: bool) -> Diagnostic {
    let summary = "Part would be deleted with all that it holds";
    let found = format!(
        "Something that part `{key}` (`{id}`) stands on was changed outside Terraform, and AWS cannot give it another: an \
         apply would delete it and make it anew."
    );
    let undo = "Undo that change in the account: a key that waits for its deletion is kept with `kms:CancelKeyDeletion`.";
    if is_protected {
        Diagnostic::error(summary)
            .found(found)
            .action(format!(
                "{undo} To let it go, set `deletion_protection = false`."
            ))
            .at(Path::attribute("deletion_protection"))
    } else {
        Diagnostic::warning(summary).found(found).action(undo)
    }
}

/// A plan works read-only, and with less.
fn unanswered(error: &PartError) -> Diagnostic {
    Diagnostic::warning("Plan could not be checked against the account")
        .found(format!("{error}."))
        .action(format!(
            "Grant `{}` to the principal that plans, so that mistakes show before the apply.",
            error.operation
        ))
}

/// What depends on something unknown is unknown.
fn forget(planned: &mut Value, names: &[&str]) {
    for name in names {
        put(planned, name, Value::Unknown);
    }
}

fn quoted(names: &[String]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
