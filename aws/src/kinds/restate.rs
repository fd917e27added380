//! Lays observed settings out like the desired ones where both mean the same.

use serde_json::{Map, Value};

/// Adds to `observed` those of AWS's `defaults` that `desired` spells out.
///
/// Observed settings leave out what equals AWS's default. A user who writes a default down must see no difference for
/// it, and one who does not must see none either.
pub(crate) fn restate(desired: &Value, observed: Value, defaults: &Value) -> Value {
    let (Value::Object(wanted), Value::Object(usual)) = (desired, defaults) else {
        return observed;
    };
    let mut fields = match observed {
        Value::Object(fields) => fields,
        other => return other,
    };
    for (name, default) in usual {
        let Some(spelled) = wanted.get(name).filter(|value| !value.is_null()) else {
            continue;
        };
        match fields.remove(name) {
            Some(present) => {
                fields.insert(name.clone(), restate(spelled, present, default));
            }
            None if default.is_object() => {
                let filled = restate(spelled, Value::Object(Map::new()), default);
                if filled.as_object().is_some_and(|filled| !filled.is_empty()) {
                    fields.insert(name.clone(), filled);
                }
            }
            None => {
                fields.insert(name.clone(), default.clone());
            }
        }
    }
    Value::Object(fields)
}

/// Shows the policy at `name` as the desired one is laid out, as far as both say the same.
pub(crate) fn restate_policy(desired: &Value, observed: &mut Value, name: &str) {
    if let (Some(wanted), Some(found)) = (desired.get(name), observed.get_mut(name)) {
        *found = cloister_policy::merge_view(wanted, found);
    }
}

/// Shows the list at `name` in the desired order, and members that are not desired after it: AWS keeps no order for it,
/// and a plan is to show what differs and nothing else.
pub(crate) fn restate_set(desired: &Value, observed: &mut Value, name: &str) {
    if let (Some(Value::Array(wanted)), Some(Value::Array(found))) =
        (desired.get(name), observed.get_mut(name))
    {
        let place = |member: &Value| wanted.iter().position(|wanted| wanted == member);
        found.sort_by_key(|member| place(member).unwrap_or(wanted.len()));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn defaults_show_where_they_are_spelled_out_and_nowhere_else() {
        let defaults =
            json!({"versioning": "Suspended", "rotation": {"enabled": false, "period_days": 365}});
        for (desired, observed, expected) in [
            (json!({}), json!({}), json!({})),
            (
                json!({"versioning": "Enabled"}),
                json!({}),
                json!({"versioning": "Suspended"}),
            ),
            (json!({"versioning": null}), json!({}), json!({})),
            (
                json!({"rotation": {"enabled": true}}),
                json!({}),
                json!({"rotation": {"enabled": false}}),
            ),
            (
                json!({"rotation": {"enabled": true, "period_days": 365}}),
                json!({"rotation": {"enabled": true}}),
                json!({"rotation": {"enabled": true, "period_days": 365}}),
            ),
            (
                json!({"rotation": {"enabled": true}}),
                json!({"rotation": {"enabled": true, "period_days": 90}}),
                json!({"rotation": {"enabled": true, "period_days": 90}}),
            ),
        ] {
            assert_eq!(
                restate(&desired, observed, &defaults),
                expected,
                "{desired}"
            );
        }
    }

    #[test]
    fn a_set_shows_in_the_desired_order_with_other_members_at_its_end() {
        let desired = json!({"ids": ["b", "a"]});
        for (observed, expected) in [
            (json!({"ids": ["a", "b"]}), json!({"ids": ["b", "a"]})),
            (json!({"ids": ["a", "c"]}), json!({"ids": ["a", "c"]})),
            (
                json!({"ids": ["c", "a", "b"]}),
                json!({"ids": ["b", "a", "c"]}),
            ),
            (json!({"ids": ["a", "a"]}), json!({"ids": ["a", "a"]})),
            (json!({}), json!({})),
        ] {
            let mut shown = observed;
            restate_set(&desired, &mut shown, "ids");
            assert_eq!(shown, expected);
        }
    }
}
