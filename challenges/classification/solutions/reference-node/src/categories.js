export const CATEGORIES = Object.freeze([
  'billing',
  'outage',
  'slow_connection',
  'installation',
  'device_setup',
  'moving_home',
  'cancellation',
  'refund',
  'account_access',
  'security',
]);

export const SECURITY = CATEGORIES.indexOf('security');

/** Index of a category as exported, whatever its case, spaces or hyphens; -1 when it is none of ours. */
export function categoryIndex(label) {
  return CATEGORIES.indexOf(label.trim().toLowerCase().replace(/[\s-]+/g, '_'));
}
