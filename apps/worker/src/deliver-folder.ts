import type { DeliveryHandler } from '@whisper-bot/pipeline';

/** The channel `folder`: who asked reads the transcript in the task folder, or the failure in the task's progress. */
export const deliverFolder: DeliveryHandler = async () => {};
